import { IncomingMessage } from 'node:http';

/**
 * A request as a server for websockets sees it: one to change to any other protocol is answered as if it had not asked, body and
 * all (RFC 9110, section 7.8). Java's HttpClient asks for `h2c` with its first request. Node 24 has `shouldUpgradeCallback` for it.
 */
export class WebsocketRequest extends IncomingMessage {
  private asksToUpgrade = false;

  /** Node sets what the parser found before the headers are there, and asks after. */
  get upgrade(): boolean {
    const isWebsocket = this.headers.upgrade?.toLowerCase() === 'websocket';
    return this.asksToUpgrade && (isWebsocket || this.method === 'CONNECT');
  }

  set upgrade(asked: boolean | null) {
    this.asksToUpgrade = asked === true;
  }
}
