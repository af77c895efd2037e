import type { IncomingMessage } from 'node:http';
import { all, compile } from '@fastify/proxy-addr';

/** Whether a proxy's word on whom it speaks for counts; `hop` 0 is who connected. Fastify's `trustProxy` takes one. */
export type TrustsProxy = (address: string, hop: number) => boolean;

/** @param trustedProxies addresses and CIDR blocks; none of them means that no X-Forwarded-For counts */
export function trustsProxies(trustedProxies: readonly string[]): TrustsProxy {
  return compile([...trustedProxies]);
}

/** The nearest address that no trusted proxy vouches for: what Fastify's `request.ip` is, for requests it never sees. */
export function clientAddressOf(request: IncomingMessage, trustsProxy: TrustsProxy): string {
  return all(request, trustsProxy).at(-1) ?? '';
}
