const STATUS = /^shimwright-vm: status ([0-9]+)$/;

/** Splits what comes from a serial port into lines, and finds the status that the job ends with. */
export class JobOutput {
  /** What the command ended with; undefined until then. */
  status: number | undefined;
  #rest = '';

  /** @returns the lines that are complete now, without the status. */
  add(chunk: string): string[] {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.map((line) => line.replace(/\r$/, '')).filter((line) => !this.#isStatus(line));
  }

  /** @returns what has come of a line that never ended. */
  end(): string[] {
    const rest = this.#rest;
    this.#rest = '';
    return rest && !this.#isStatus(rest) ? [rest] : [];
  }

  #isStatus(line: string): boolean {
    const [, status] = STATUS.exec(line) ?? [];
    if (status !== undefined) this.status = Number(status);
    return status !== undefined;
  }
}
