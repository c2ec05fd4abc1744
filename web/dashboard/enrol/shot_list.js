/** Which of the shots is next. Pure. */
export class ShotList {
  #taken;
  #passed = new Set();

  /**
   * @param {string[]} shots in their order
   * @param {Iterable<string>} taken those that are there already
   */
  constructor(shots, taken = []) {
    this.shots = shots;
    this.#taken = new Set(taken);
    this.current = this.#next();
  }

  get place() {
    return this.shots.indexOf(this.current) + 1;
  }

  isTaken(shot) {
    return this.#taken.has(shot);
  }

  /** The current shot was taken. */
  take() {
    this.#taken.add(this.current);
    this.current = this.#next();
  }

  /** Not this one; it can still be chosen. */
  skip() {
    this.#passed.add(this.current);
    this.current = this.#next();
  }

  /** This one now, whether it is there already or not. */
  choose(shot) {
    this.#passed.delete(shot);
    this.current = shot;
  }

  #next() {
    return this.shots.find((shot) => !this.#taken.has(shot) && !this.#passed.has(shot)) ?? null;
  }
}
