/** What a kind of plugin differs in, beside its template. */
export interface PluginKind {
  readonly kind: string;
  /** For the question of the kind. */
  readonly meaning: string;
  /** The description of a plugin whose author gives none: what the template does. */
  readonly description: string;
  /** How a configuration names the plugin; `plugin-name` stands for its name. */
  readonly usage: string;
  /** Names of what comes with Gramkit, which a configuration's `use:` finds first. */
  readonly builtIn: readonly string[];
  /** Dependencies of the shared package.json that its template does without. */
  readonly without?: readonly string[];
}

/** The kinds of `@gramkit/spec`, in the order in which they are offered. */
export const kinds: readonly PluginKind[] = [
  {
    kind: 'encoder',
    meaning: "turns an item's content into a vector",
    description: 'Item encoder: the mean of the trained vectors of hashed n-grams of characters.',
    usage: 'encoder:\n  use: plugin-name',
    builtIn: ['bert', 'id', 'bilstm'],
  },
  {
    kind: 'tokenizer',
    meaning: "turns an item's text into the encoder's input",
    description: 'Tokenizer without a vocabulary: the bytes of a text in UTF-8.',
    usage: 'tokenizer:\n  use: plugin-name',
    builtIn: ['huggingface', 'words'],
  },
  {
    kind: 'model',
    meaning: 'predicts what a user does next from the vectors of items',
    description: 'Sequence model of knowledge tracing: logistic regression on the past answers, each as much as its item resembles the next.',
    usage: 'model:\n  use: plugin-name',
    builtIn: ['dkt', 'sakt', 'nrms'],
  },
  {
    kind: 'strategy',
    meaning: "decides how the loss's gradient reaches the encoder",
    description: 'Gradient strategy: single-step GRAM at every k-th step, the sequence model alone in between.',
    usage: 'strategy:\n  use: plugin-name',
    builtIn: ['end-to-end', 'single-step', 'multi-step', 'frozen', 'speedy-feed'],
  },
  {
    kind: 'optimizer',
    meaning: 'updates weights by their gradients',
    description: 'Optimizer: gradient descent with momentum.',
    usage: 'optimizers:\n  encoder:\n    use: plugin-name',
    builtIn: ['adam', 'adamw'],
    without: ['@gramkit/tensor'],
  },
  {
    kind: 'reader',
    meaning: 'reads a data set in its own format',
    description: 'Reader of knowledge-tracing data: two files of tab-separated lines.',
    usage: 'data:\n  use: plugin-name\n  items: data/items.tsv\n  answers: data/answers.tsv',
    builtIn: ['assistments', 'mind', 'tabular', 'slam', 'impressions', 'generated', 'generated-news'],
    without: ['@gramkit/tensor'],
  },
];
