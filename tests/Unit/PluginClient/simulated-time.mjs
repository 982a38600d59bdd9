// One clock for a cell and all of its clients' windows, whose timers are its own. One thing at a time, each at its exact instant.

const CLAIM = 120_000; // the timer of a claim runs beside the work of a window, not instead of it

export class SimulatedTime {
  #cell;
  #due = new Set();
  #open = 0;
  #faults = [];

  constructor(cell, mock) {
    this.#cell = cell;
    const begin = (work, milliseconds) => this.at(cell.now + milliseconds, work, { timer: true, claim: milliseconds === CLAIM });
    mock.method(globalThis, "setTimeout", begin);
    mock.method(globalThis, "clearTimeout", (alarm) => this.#due.delete(alarm));
  }

  at(instant, work, more = {}) {
    const alarm = { at: Math.max(instant, this.#cell.now), work, ...more };
    this.#due.add(alarm);
    return alarm;
  }

  /** Keeps a client's pool filled; the answer closes the window. */
  async openWindow(client) {
    const stop = new AbortController();
    this.#open++;
    client.tokens
      .keepFilled({ signal: stop.signal })
      .catch((fault) => this.#faults.push(fault))
      .finally(() => this.#open--);
    await this.#settled();
    return async () => {
      stop.abort();
      await this.#settled();
    };
  }

  async run(until) {
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate); // whatever the test has begun
    while (true) {
      let next = null;
      for (const alarm of this.#due) if (next === null || alarm.at < next.at) next = alarm;
      if (next === null || next.at > until) break;
      this.#due.delete(next);
      this.#cell.now = Math.max(next.at, this.#cell.now); // a test may have put the clock forward
      await next.work();
      await this.#settled();
    }
    this.#cell.now = until;
  }

  // What a client does now, it does at this instant: the clock stands until each window waits again.
  async #settled() {
    while (true) {
      await new Promise(setImmediate);
      if (this.#faults.length > 0) throw this.#faults[0];
      const waiting = [...this.#due].filter(({ timer, claim }) => timer && !claim).length;
      if (waiting === this.#open) return;
    }
  }
}
