import * as tf from '@tensorflow/tfjs-core';
import type { Component, ComponentKind, ComponentOf } from '@gramkit/spec';
import type { PluginSubject } from '../subject.js';
import { createComponent, type Provided } from './create-component.js';
import { engineFor } from './engines.js';
import type { PluginOf } from './plugin-of.js';

/** The components of one check. */
export interface ComponentScope {
  /** As `createComponent`; disposed when the check ends. */
  create<Kind extends ComponentKind>(plugin: PluginOf<Kind>, subject: PluginSubject, provided?: Provided): Promise<ComponentOf[Kind]>;
  /** Has a component disposed when the check ends. */
  own<Owned extends Pick<Component, 'dispose'>>(component: Owned): Owned;
}

/** Runs a check with the engine loaded; then disposes its components, the last first, and every tensor that it has left. */
export async function withComponents<Result>(work: (scope: ComponentScope) => Promise<Result>): Promise<Result> {
  await engineFor('compiled');
  const owned: Pick<Component, 'dispose'>[] = [];
  const own = <Owned extends Pick<Component, 'dispose'>>(component: Owned): Owned => {
    owned.push(component);
    return component;
  };
  tf.engine().startScope();
  try {
    return await work({ own, create: async (plugin, subject, provided) => own(await createComponent(plugin, subject, provided)) });
  } finally {
    owned.reverse().forEach((component) => component.dispose());
    tf.engine().endScope();
  }
}
