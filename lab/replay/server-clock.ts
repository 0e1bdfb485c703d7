/**
 * A clock that goes as the server's does, to the second, by the `Date` of an answer: reports lie in
 * the hours that the server saw, which are others where a caller's clock is wrong, or the clock of
 * the local run was moved. Falls back to this machine's.
 */
export async function serverClock(baseUrl: string): Promise<() => number> {
  const answer = await fetch(`${baseUrl}/health`);
  await answer.body?.cancel();
  const serverMs = Date.parse(answer.headers.get('date') ?? '');
  const aheadMs = Number.isNaN(serverMs) ? 0 : serverMs - Date.now();
  return () => Date.now() + aheadMs;
}
