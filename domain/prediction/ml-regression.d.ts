/** The part of `ml-regression` that Purser uses. The package has no types of its own. */
declare module 'ml-regression' {
  export class MultivariateLinearRegression {
    constructor(x: number[][], y: number[][], options?: { statistics?: boolean });
    /** One row per input, then the intercept; one column per output. */
    weights: number[][];
  }
}
