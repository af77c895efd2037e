import type { IncomingMessage } from 'node:http';
import type { HttpConfig } from '../config.ts';
import type { ClientAddresses } from './client-address.ts';

/**
 * Whether a page may open a websocket, which browsers leave to the server to decide: one of a listed origin, or one that this
 * server has served. Native apps name no origin.
 */
export function isOriginAllowed(
  { headers, socket }: IncomingMessage,
  corsOrigins: HttpConfig['corsOrigins'],
  addresses: ClientAddresses,
): boolean {
  const { origin } = headers;
  if (origin === undefined || corsOrigins === '*' || corsOrigins.includes(origin)) return true;
  const forwardedHost = addresses.peer(socket)?.isTrustedProxy ? headers['x-forwarded-host'] : undefined;
  // A proxy that ends TLS does not always say so: the schemes are not compared.
  return URL.canParse(origin) && isHost(new URL(origin), String(forwardedHost ?? headers.host));
}

/** With or without the scheme's own port, which browsers leave away. */
function isHost({ protocol, host }: URL, text: string): boolean {
  const url = `${protocol}//${text}`;
  return URL.canParse(url) && new URL(url).host === host;
}
