import type { ErrorCode, ItemContent } from '@gramkit/spec';

/** Options that the component must refuse, or cannot work with. */
export interface ExpectedFailure {
  readonly options: Readonly<Record<string, unknown>>;
  /** Code of the GramkitError that `create` throws. */
  readonly code: ErrorCode;
}

/** What the checks of every kind need to know of a plugin beside the plugin itself. */
export interface PluginSubject {
  /** As they stand in a configuration, beside `use`. Default: none. Small sizes keep the checks fast. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The items that the run trains on. Default: a few short texts (`text`, `title`, `abstract`). */
  readonly items?: readonly ItemContent[];
  /** Where relative paths among the options start. Default: the working directory. */
  readonly baseDirectory?: string;
  /** What stands for the model that `gram setup` brought. Default: that model. */
  readonly defaultModelDirectory?: string;
  /** Each is created and must fail with its code. */
  readonly failures?: readonly ExpectedFailure[];
}
