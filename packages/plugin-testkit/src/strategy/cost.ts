import type { EncoderPass, ItemEncoder, StepReport } from '@gramkit/spec';
import { tinyCatalogue } from '@gramkit/tensor/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { withComponents } from '../surroundings/component-scope.js';
import type { StrategySubject } from './strategy-subject.js';
import { beginTraining, callsOf, exampleBatch, exampleItemCount, type StrategyPlugin } from './strategy-trial.js';

/** What has gone through an encoder. */
interface Traffic {
  items: number;
  tokens: number;
  itemsBack: number;
  tokensBack: number;
}

/** What reports say went through the encoder is what did. */
export function reportsItsCost(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => {
    const traffic: Traffic = { items: 0, tokens: 0, itemsBack: 0, tokensBack: 0 };
    const { strategy } = await beginTraining(scope, plugin, subject, { itemEncoder: (encoder) => countedEncoder(encoder, traffic) });
    const told: Traffic = { items: 0, tokens: 0, itemsBack: 0, tokensBack: 0 };
    let step = 0;
    for (const call of callsOf(subject)) {
      const report = await call.make(strategy);
      if (report === undefined) continue;
      add(told, report);
      checkPredictions(report, step++, subject);
      for (const name of Object.keys(traffic) as (keyof Traffic)[]) {
        demand(told[name] === traffic[name], `up to ${call.what} reports tell of ${told[name]} ${labels[name]}, and ${traffic[name]} went through the encoder`,
          'count items and tokens once for every time that they go through the encoder, padding never; what is encoded between two steps belongs to the report of the next.');
      }
    }
  });
}

const labels: Readonly<Record<keyof Traffic, string>> = { items: 'items forward', tokens: 'tokens forward', itemsBack: 'items backward', tokensBack: 'tokens backward' };

function add(told: Traffic, report: StepReport): void {
  told.items += report.encoderItemsForward;
  told.tokens += report.encoderTokensForward;
  told.itemsBack += report.encoderItemsBackward;
  told.tokensBack += report.encoderTokensBackward;
}

function checkPredictions({ loss, predictions }: StepReport, step: number, subject: StrategySubject): void {
  const expected = Array.from(exampleBatch(step, subject).fields.lengths!.data).reduce((sum, length) => sum + length - 1, 0);
  demand(predictions === expected, `step ${step + 1} reports ${predictions} predictions; its batch has ${expected}`, 'report the `count` of the sequence model, read together with its loss (`readLoss` of @gramkit/tensor).');
  demand(Number.isFinite(loss) && loss > 0, `step ${step + 1} reports a loss of ${loss}`, 'report the mean loss that the sequence model gives.');
}

/** The encoder, counting what passes through it; on its way back too. */
function countedEncoder(encoder: ItemEncoder, traffic: Traffic): ItemEncoder {
  const { specificationVersion, kind, name, dimension, weights, drawsMasks } = encoder;
  return {
    specificationVersion, kind, name, dimension, weights,
    ...(drawsMasks !== undefined && { drawsMasks }),
    encode(input, pass: EncoderPass) {
      const items = pass.maskRows.size;
      const { lengthOf } = tinyCatalogue(exampleItemCount);
      const tokens = Array.from(pass.maskRows.dataSync()).reduce((sum, row) => sum + lengthOf(row), 0);
      traffic.items += items;
      traffic.tokens += tokens;
      return seenOnItsWayBack(encoder.encode(input, pass), () => {
        traffic.itemsBack += items;
        traffic.tokensBack += tokens;
      });
    },
    dispose: () => encoder.dispose(),
  };
}

/** The tensor itself; `tell` is called when a gradient passes through it. */
function seenOnItsWayBack(encodings: Tensor2D, tell: () => void): Tensor2D {
  const identity = tf.customGrad((value) => ({
    value: tf.clone(value as Tensor),
    gradFunc: (gradient: Tensor) => {
      tell();
      return gradient;
    },
  }));
  return identity(encodings) as Tensor2D;
}
