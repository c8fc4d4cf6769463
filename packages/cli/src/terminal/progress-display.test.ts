import { expect, it } from 'vitest';
import { ProgressDisplay } from './progress-display.js';

function plainDisplay() {
  const lines: string[] = [];
  const clock = { now: 0 };
  const stream = { isTTY: false, write: (text: string) => (lines.push(text), true) };
  return { lines, clock, display: new ProgressDisplay(stream, () => clock.now) };
}

it('writes a line every few seconds with the time left where there is no terminal', () => {
  const { lines, clock, display } = plainDisplay();
  display.progress('training', 0, 100, 'steps');
  clock.now = 1_000;
  display.progress('training', 5, 100, 'steps');
  expect(lines).toEqual([]);
  clock.now = 5_000;
  display.progress('training', 25, 100, 'steps');
  expect(lines).toEqual(['training: 25 of 100 steps (25%), about 15s left\n']);
});

it('estimates interleaved parts separately and starts anew when a part begins again', () => {
  const { lines, clock, display } = plainDisplay();
  display.progress('training', 0, 10, 'steps');
  clock.now = 10_000;
  display.progress('encoding', 0, 4, 'items');
  clock.now = 20_000;
  display.progress('encoding', 2, 4, 'items');
  clock.now = 30_000;
  display.progress('training', 5, 10, 'steps');
  clock.now = 40_000;
  display.progress('encoding', 1, 4, 'items');
  expect(lines).toEqual([
    'encoding: 0 of 4 items (0%)\n',
    'encoding: 2 of 4 items (50%), about 10s left\n',
    'training: 5 of 10 steps (50%), about 30s left\n',
    'encoding: 1 of 4 items (25%)\n',
  ]);
});

it('does not estimate beyond the moment at which the part is cut', () => {
  const { lines, clock, display } = plainDisplay();
  display.progress('training', 0, 100, 'steps', { atMost: 30_000 });
  clock.now = 10_000;
  display.progress('training', 5, 100, 'steps', { atMost: 20_000 });
  expect(lines).toEqual(['training: 5 of 100 steps (5%), about 20s left\n']);
});

it('shows bytes as people read them, and amounts without a total', () => {
  const { lines, clock, display } = plainDisplay();
  clock.now = 5_000;
  display.progress('download', 1_500_000, 3_000_000, 'bytes');
  clock.now = 10_000;
  display.progress('import', 12_000, 0, 'interactions');
  expect(lines).toEqual(['download: 1.5 MB of 3 MB (50%)\n', 'import: 12,000 interactions\n']);
});

it('draws a bar on a terminal and clears it for a message', () => {
  const written: string[] = [];
  const stream = { isTTY: true, write: (text: string) => (written.push(text), true), cursorTo() {}, clearLine() {}, on() {}, removeListener() {} };
  const display = new ProgressDisplay(stream as never);
  display.progress('training', 1, 2, 'steps');
  display.message('warning', 'something to know');
  const text = written.join('');
  expect(text).toContain('training');
  expect(text).toContain('1 of 2 steps (50%)');
  expect(written.at(-1)).toBe('warning: something to know\n');
});
