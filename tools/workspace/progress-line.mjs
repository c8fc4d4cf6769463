const secondsBetweenLines = 5;

/**
 * One part's progress on standard error with an estimate of the time left: a line that redraws itself on a terminal,
 * elsewhere a line every few seconds. Plain Node: it runs before anything is installed.
 */
export class ProgressLine {
  constructor(name, stream = process.stderr, now = () => performance.now() / 1000) {
    this.name = name;
    this.stream = stream;
    this.now = now;
    this.startedAt = this.shownAt = now();
    this.show('');
  }

  update(done, total) {
    const now = this.now();
    if (!this.stream.isTTY && now - this.shownAt < secondsBetweenLines) return;
    this.shownAt = now;
    const elapsed = now - this.startedAt;
    const left = done > 0 ? `, about ${Math.ceil((elapsed / done) * Math.max(0, total - done))} s left` : '';
    this.show(` ${done} of ${total}${left}`);
  }

  end(outcome = 'done') {
    this.show(` ${outcome} (${(this.now() - this.startedAt).toFixed(1)} s)`);
    if (this.stream.isTTY) this.stream.write('\n');
  }

  show(text) {
    this.stream.write(this.stream.isTTY ? `\r\x1b[K${this.name}${text}` : `${this.name}${text}\n`);
  }
}
