/** Where progress is shown: usually standard error. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_WIDTH = 30;

/** On a terminal a progress bar, otherwise a line each time. */
export function progressOn(screen: Screen): (done: number, all: number) => void {
  return (done, all) => {
    const text = `${done} of ${all} seats`;
    if (screen.isTTY !== true) screen.write(`${text}\n`);
    else screen.write(`\r[${bar(done / all)}] ${text}${done === all ? '\n' : ''}`);
  };
}

function bar(share: number): string {
  return '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '-');
}
