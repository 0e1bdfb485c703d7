/** The part of `mistral-tokenizer-js` used here. The package has no types of its own. */
declare module 'mistral-tokenizer-js' {
  const tokenizer: {
    encode: (text: string, addBeginning: boolean, addSpaceBefore: boolean) => number[];
  };
  export default tokenizer;
}
