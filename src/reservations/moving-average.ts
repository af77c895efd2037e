/** Of the last few values, the newest weighing most. */
export class MovingAverage {
  static readonly #WEIGHT_OF_NEWEST = 0.25;
  value: number;

  constructor(firstGuess: number) {
    this.value = firstGuess;
  }

  add(value: number): void {
    this.value += (value - this.value) * MovingAverage.#WEIGHT_OF_NEWEST;
  }
}
