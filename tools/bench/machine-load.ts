import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** How busy the machine was with other work just before a measurement. */
export interface MachineLoad {
  /** Of the last minute; after the first measurement that is mostly our own. */
  readonly loadAverage: number;
  /** Cores' worth of work done by others in the second before, in which we did none. */
  readonly busyCores: number;
}

const mostLoad = 1.5;
const mostBusyCores = 0.5;

export async function machineLoad(): Promise<MachineLoad> {
  const before = cpuTimes();
  await pause(1000);
  const after = cpuTimes();
  const busy = (after.busy - before.busy) / Math.max(after.all - before.all, 1);
  return { loadAverage: loadavg()[0]!, busyCores: busy * cpus().length };
}

/** What to tell about a load that spoils figures; PyTorch's threads collapse beside other work. Only the first measurement's load average is that of others. */
export function loadWarning({ loadAverage, busyCores }: MachineLoad, isFirst: boolean): string | undefined {
  if (isFirst && loadAverage > mostLoad) return `the load average is ${loadAverage.toFixed(2)}, above ${mostLoad}: figures beside other work say nothing`;
  if (busyCores > mostBusyCores) return `other work keeps ${busyCores.toFixed(1)} cores busy: this figure says nothing`;
  return undefined;
}

function cpuTimes(): { readonly busy: number; readonly all: number } {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const total = times.user + times.nice + times.sys + times.irq + times.idle;
    all += total;
    busy += total - times.idle;
  }
  return { busy, all };
}
