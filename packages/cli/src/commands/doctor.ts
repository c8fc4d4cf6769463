import type { Command } from 'commander';
import { exitCodes } from '../exit-code.js';
import type { Session } from '../session.js';

/** `gram doctor` */
export function addDoctor(program: Command, session: Session): void {
  program
    .command('doctor')
    .description('show engine, device, versions and cache, and what to do about anything that is missing (exit code 1 then)')
    .option('--verify', 'check the content of every file that set-up brought, not its size and time alone')
    .action(async ({ verify }: { verify?: true }) => {
      const { examine, formatDiagnosis } = await import('../doctor/diagnosis.js');
      const diagnosis = await examine({ verify: verify ?? false });
      if (!diagnosis.ready) session.exitCode = exitCodes.failed;
      session.print(diagnosis, formatDiagnosis(diagnosis));
    });
}
