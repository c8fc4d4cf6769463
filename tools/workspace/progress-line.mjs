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
    // What comes before the first unit (npm reads its lock file, Nx its graph) tells nothing of the units.
    this.first ??= { at: now, done };
    if (!this.stream.isTTY && now - this.shownAt < secondsBetweenLines) return;
    this.shownAt = now;
    const watched = done - this.first.done;
    const left = watched > 0 ? `, about ${Math.ceil(((now - this.first.at) / watched) * Math.max(0, total - done))} s left` : '';
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
