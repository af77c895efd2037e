/** A part of a list: what lies between two places of it, as many as `limit` says, from its beginning or from its end. */
export interface ListPart<Place> {
  readonly after: Place | null;
  readonly before: Place | null;
  readonly limit: number;
  /** Then the last of the list comes first. */
  readonly fromEnd: boolean;
}
