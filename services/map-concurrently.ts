/** Maps items in order, running at most `limit` at once. */
export async function mapConcurrently<Input, Output>(
  items: readonly Input[],
  limit: number,
  step: (item: Input) => Promise<Output>,
): Promise<Output[]> {
  const results: Output[] = [];
  const waiting = items.entries();
  const work = async (): Promise<void> => {
    for (const [position, item] of waiting) results[position] = await step(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
