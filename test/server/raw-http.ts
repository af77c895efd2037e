import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

interface Served {
  readonly server: { readonly url: string };
}

/** The server's answers to these bytes, until it closes the connection. */
export async function answersTo({ server }: Served, request: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(request);
  return text(socket).catch(() => '');
}
