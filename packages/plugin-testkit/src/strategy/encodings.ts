import { encodeCatalogue, EncoderPasses } from '@gramkit/tensor';
import type { ItemEncoder, PreparedItems } from '@gramkit/spec';
import { demand } from '../check.js';
import { greatestDifference } from '../comparison/number-lists.js';
import { withComponents } from '../surroundings/component-scope.js';
import type { StrategySubject } from './strategy-subject.js';
import { beginTraining, callsOf, type StrategyPlugin } from './strategy-trial.js';

/** Evaluation gets encodings by the encoder as it is, whatever the strategy keeps. */
export function encodesWithTheCurrentEncoder(plugin: StrategyPlugin, subject: StrategySubject): Promise<void> {
  return withComponents(async (scope) => {
    const { strategy, setting } = await beginTraining(scope, plugin, subject);
    const check = async (when: string): Promise<void> => {
      const found = await strategy.itemEncodings();
      const expected = await plainEncodings(setting.itemEncoder, setting.catalogue);
      demand(found.shape.join() === expected.shape.join(), `${when}, \`itemEncodings\` are [${found.shape.join(', ')}]; the catalogue and the encoder ask for [${expected.shape.join(', ')}]`, 'give one row for every item of the catalogue, in its order.');
      const difference = greatestDifference(found.dataSync(), expected.dataSync());
      found.dispose();
      demand(difference < 1e-4, `${when}, \`itemEncodings\` differ by ${difference.toPrecision(2)} from those of the encoder as it is, without dropout`,
        'encode the catalogue anew (`encodeCatalogue` of @gramkit/tensor) after the encoder has changed: neither cached encodings nor rows that have moved may be evaluated.');
    };
    await check('before the first step');
    for (const call of callsOf(subject)) {
      await call.make(strategy);
      await check(`after ${call.what}`);
    }
  });
}

function plainEncodings(encoder: ItemEncoder, catalogue: PreparedItems) {
  return encodeCatalogue(new EncoderPasses(encoder), catalogue);
}
