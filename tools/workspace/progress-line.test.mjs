import { expect, it } from 'vitest';
import { ProgressLine } from './progress-line.mjs';

function recorded(isTTY) {
  const written = [];
  const clock = { seconds: 0 };
  const line = new ProgressLine('installing:', { isTTY, write: (text) => written.push(text) }, () => clock.seconds);
  return { written, clock, line };
}

it('writes a line every few seconds with the time left', () => {
  const { written, clock, line } = recorded(false);
  clock.seconds = 1;
  line.update(1, 10);
  clock.seconds = 6;
  line.update(3, 10);
  clock.seconds = 20;
  line.end();
  expect(written).toEqual(['installing:\n', 'installing: 3 of 10, about 18 s left\n', 'installing: done (20.0 s)\n']);
});

it('redraws one line on a terminal', () => {
  const { written, clock, line } = recorded(true);
  clock.seconds = 1;
  line.update(1, 3);
  clock.seconds = 2;
  line.update(2, 3);
  line.end('failed');
  expect(written.join('')).toBe('\r\x1b[Kinstalling:\r\x1b[Kinstalling: 1 of 3\r\x1b[Kinstalling: 2 of 3, about 1 s left\r\x1b[Kinstalling: failed (2.0 s)\n');
});
