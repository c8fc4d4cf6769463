import { Command } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { addCompare } from './commands/compare.js';
import { addData } from './commands/data.js';
import { addDoctor } from './commands/doctor.js';
import { addEncode } from './commands/encode.js';
import { addEvaluate } from './commands/evaluate.js';
import { addExport } from './commands/export.js';
import { addPlan } from './commands/plan.js';
import { addPlugins } from './commands/plugins.js';
import { addPredict } from './commands/predict.js';
import { addSetup } from './commands/setup.js';
import { addTrain } from './commands/train.js';
import type { Streams } from './command-line.js';
import type { Session } from './session.js';

const additions = [addSetup, addDoctor, addPlan, addTrain, addCompare, addEvaluate, addPredict, addEncode, addExport, addData, addPlugins];

const exitCodesHelp = `
Exit codes: 0 done, 1 failed, 2 bad usage or configuration, 130 interrupted (state saved).
Every command takes --json: the result alone on standard output, everything else on standard error.`;

/** The words of `gram`. What a command needs beyond commander is loaded when it runs. */
export function createProgram(session: Session, streams: Streams): Command {
  const program = new Command('gram')
    .description('GRAM: fast fine-tuning of pre-trained language models for content-based collaborative filtering.')
    .version(packageFile.version)
    .exitOverride()
    .showHelpAfterError('Run it with --help to see what it takes.')
    .addHelpText('after', exitCodesHelp)
    .configureOutput({
      writeOut: (text) => session.print({ help: text.trimEnd() }, text),
      writeErr: (text) => streams.stderr.write(text),
    });
  for (const add of additions) add(program, session);
  addJsonOption(program);
  return program;
}

function addJsonOption(command: Command): void {
  command.option('--json', 'print the result as JSON; everything else goes to standard error');
  command.commands.forEach(addJsonOption);
}
