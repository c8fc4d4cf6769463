import { z } from 'zod';

export const mindFields = ['title', 'abstract', 'body'] as const;

export const mindOptions = z.strictObject({
  path: z.string().min(1)
    .describe('A folder with news.tsv and behaviors.tsv, or one with a folder of each for training and for the test; a relative path starts from the folder of the configuration.'),
  train: z.string().min(1).default('train').describe('Folder within path to train on, where path itself has no behaviors.tsv: MINDsmall_train as it is unpacked.'),
  test: z.string().min(1).optional()
    .describe("Folder within path whose impressions are held out for the test: MINDsmall_dev as it is unpacked. Left out: 'validation', where there is one."),
  bodies: z.string().min(1).optional().describe('File with the id of a news, a tab and its body a line, for the field body, which MIND itself does not hold. Within path.'),
  requiredFields: z.array(z.enum(mindFields)).min(1).default(['title'])
    .describe('A news needs a text in one of these fields. One without is left out, wherever it is clicked or shown, and counted.'),
});

export type MindOptions = z.output<typeof mindOptions>;
