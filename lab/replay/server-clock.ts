/**
 * A clock that follows the server's, to the second, using an answer's `Date`. Reports cover the
 * server's hours, which differ if the caller's clock is wrong or the local run's clock was moved.
 * Falls back to this machine's clock.
 */
export async function serverClock(baseUrl: string): Promise<() => number> {
  const answer = await fetch(`${baseUrl}/health`);
  await answer.body?.cancel();
  const serverMs = Date.parse(answer.headers.get('date') ?? '');
  const aheadMs = Number.isNaN(serverMs) ? 0 : serverMs - Date.now();
  return () => Date.now() + aheadMs;
}
