/** For tests in which every item can be handled: what would be set apart fails the test instead. */
export async function rethrow(_item: unknown, error: unknown): Promise<never> {
  throw error;
}

export const noSuspense = {
  add: ({ reason }: { reason: string }): Promise<never> =>
    Promise.reject(new Error(`nothing should be set apart here: ${reason}`)),
};
