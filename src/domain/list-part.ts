/** A part of a list: at most `limit` items between two places, counted from the beginning or from the end. */
export interface ListPart<Place> {
  readonly after: Place | null;
  readonly before: Place | null;
  readonly limit: number;
  /** Counts from the end: the last item comes first. */
  readonly fromEnd: boolean;
}
