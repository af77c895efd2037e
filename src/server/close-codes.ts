/**
 * Why this server closes a websocket, beside what graphql-ws and ws themselves answer to a client that breaks the protocol.
 * A stock graphql-ws client comes back after all but `internalError`, and asks its `connectionParams` function again.
 */
export const closeCodes = {
  /** This node is shutting down; another one takes over. */
  goingAway: 1001,
  /** The identity provider cannot be asked at present, so that the token may be good. */
  tryAgainLater: 1013,
  /** The token was refused, or has run out; the reason says which. */
  forbidden: 4403,
  /** A fault of this server, which would come again. */
  internalError: 4500,
} as const;

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];
