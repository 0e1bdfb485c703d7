/** The part of `ml-regression` that is used here; the package carries no types of its own. */
declare module 'ml-regression' {
  export class MultivariateLinearRegression {
    constructor(x: number[][], y: number[][], options?: { statistics?: boolean });
    /** One row per input, then the intercept; one column per output. */
    weights: number[][];
  }
}
