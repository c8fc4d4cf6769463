import { describe, expect, it } from 'vitest';
import { parseConfiguration } from './document.js';
import { resolveConfiguration } from './resolve-configuration.js';

/** Nothing of what the paths name exists: what loaded it would fail otherwise. */
const configuration = (data: string, model: string) => `data: ${data}
tokenizer: { use: huggingface, model: ./nowhere }
encoder: { use: bert, model: ./nowhere }
model: { use: ${model} }
strategy: { use: single-step }
optimizers: { encoder: { use: adam }, model: { use: adam } }
`;
const resolve = (data: string, model: string) => resolveConfiguration(parseConfiguration(configuration(data, model), { source: 'run.yaml', baseDirectory: '/project' }), []);

const students = '{ use: assistments, path: ./nowhere }';
const clicks = '{ use: tabular, interactions: ./nowhere.tsv, items: ./nowhere.tsv, task: recommendation }';

describe('models and data sets that come with Gramkit', () => {
  it.each([
    ['nrms', 'recommendation', students, 'assistments', 'knowledge-tracing'],
    ['sakt', 'knowledge-tracing', clicks, 'tabular', 'recommendation'],
    ['dkt', 'knowledge-tracing', clicks, 'tabular', 'recommendation'],
  ])('refuses %s, for %s, on another task before anything loads', async (model, task, data, reader, readerTask) => {
    await expect(resolve(data, model)).rejects.toMatchObject({
      code: 'PLUGIN_MISMATCH',
      message: expect.stringContaining(`the model '${model}' is for ${task}, the data set '${reader}' for ${readerTask}`) as string,
      details: { line: 4, field: 'model.use' },
    });
  });

  it('tells of the task together with the options that the model before it left over', async () => {
    const leftOver = resolve(students, 'nrms, hidden: 8, layers: 2');
    await expect(leftOver).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', message: expect.stringMatching(/^3 problems/) as string });
    await expect(leftOver).rejects.toThrow(/run\.yaml:4: model\.use: the model 'nrms' is for recommendation, the data set 'assistments' for knowledge-tracing/);
    await expect(leftOver).rejects.toThrow(/model\.hidden: unknown key/);
    await expect(leftOver).rejects.toThrow(/model\.layers: unknown key/);
  });

  it("tells nothing of a task that a reader's wrong options leave open", async () => {
    await expect(resolve('{ use: tabular, interactions: ./nowhere.tsv, items: ./nowhere.tsv, task: recommending }', 'nrms')).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', details: { field: 'data.task' } });
  });

  it.each([['sakt', students], ['dkt', students], ['nrms', clicks]])('takes %s on a data set of its task, with all its defaults', async (model, data) => {
    const { components } = await resolve(data, model);
    expect(components.model.use).toBe(model);
    expect(components.model.options).toMatchObject({ dropout: 0 });
  });
});
