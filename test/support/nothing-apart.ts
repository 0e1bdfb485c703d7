/** For tests in which every item must succeed: setting one aside fails the test. */
export async function rethrow(_item: unknown, error: unknown): Promise<never> {
  throw error;
}

export const noSuspense = {
  add: ({ reason }: { reason: string }): Promise<never> =>
    Promise.reject(new Error(`nothing should be set apart here: ${reason}`)),
};
