/** A usage report as its source shows it, and the price that a person calculated for it. */
export type Payload = {
  name: string;
  /** Where the shape was read: documentation, or a public bug report. */
  source: string;
  model: string;
  /** The organization's own card, in the body of `PUT /v1/rate-cards`, if no built-in card fits. */
  card?: object;
  /** What the caller states beside the usage: `serviceTier`, `imageVariant`, `usageShape`. */
  stated?: object;
  /** What is sent as `providerUsage`. */
  report?: Record<string, unknown>;
  /** Where the usage stands in the report, if it is a whole response. */
  at?: string;
  /** What is sent as `usage`, for models that report nothing. */
  usage?: Record<string, number>;
  /** The calculation: counts × USD per million (or 1 000 000 × USD for one). */
  terms: string;
  /** Its result in USD, written down by hand. */
  usd: string;
};
