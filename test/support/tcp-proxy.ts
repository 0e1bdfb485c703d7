import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export type TcpProxy = Awaited<ReturnType<typeof startTcpProxy>>;

/** A proxy port that can refuse connections or stay silent. */
export async function startTcpProxy(target: URL) {
  const sockets = new Set<Socket>();
  let silent = false;
  let server: Server | undefined = await listen(0);
  const { port } = server.address() as { port: number };

  async function listen(at: number): Promise<Server> {
    const opened = createServer(join);
    opened.listen(at, '127.0.0.1');
    await once(opened, 'listening');
    return opened;
  }

  function join(near: Socket): void {
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => void (silent || to.write(chunk)));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  }

  async function cut(): Promise<void> {
    const closing = server;
    server = undefined;
    for (const socket of sockets) socket.destroy();
    if (closing) await new Promise((resolve) => closing.close(resolve));
  }

  return {
    endpoint: `http://127.0.0.1:${port}`,
    /** Closes every connection and refuses new ones. */
    cut,
    /** Accepts connections and requests but sends nothing, not even pending answers. */
    silence: () => void (silent = true),
    /** Forwards everything again. */
    async restore(): Promise<void> {
      silent = false;
      for (const socket of sockets) socket.destroy();
      server ??= await listen(port);
    },
    stop: cut,
  };
}
