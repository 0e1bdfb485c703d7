import type { Unpriced } from './resolve-rate.ts';

/** Explains why a model has no price and what to do about it. */
export function whyUnpriced(model: string, reason: Unpriced): string {
  const unknown = `the price of ${model} is unknown`;
  switch (reason) {
    case 'unknown-model':
      return `${unknown}: set it with PUT /v1/rate-cards/{model}`;
    case 'profile-without-card':
      return `${unknown}: its name does not identify a model; name it with PUT /v1/rate-cards/{model} ("sameAs")`;
    case 'throughput-without-card':
      return `${unknown}: it is billed by the hour and has no price per token; set one with PUT /v1/rate-cards/{model}`;
    case 'not-yet-in-force':
      return `${unknown} at this time: its first rate card begins later`;
    case 'no-fast-price':
      return `${unknown} in its fast mode: set fastPercent with PUT /v1/rate-cards/{model}`;
    case 'no-variant-price':
      return `${unknown} for images of this size and quality: set it in imageVariants with PUT /v1/rate-cards/{model}`;
    case 'no-batch-price':
    case 'no-flex-price':
    case 'no-priority-price':
      return `${unknown} in service tier ${reason.slice('no-'.length, -'-price'.length)}`;
  }
}
