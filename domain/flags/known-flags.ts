type KnownFlag = {
  /** What changes while the flag is on. */
  description: string;
  /**
   * The state to assume before settings were ever read: the one that spends less and changes less.
   */
  whenUnread: boolean;
  /** Off for everyone until somebody sets it. */
  isOffAtFirst?: true;
};

/** Every flag that the product checks. Most are on for everyone until somebody sets them. */
export const KNOWN_FLAGS = {
  'model-switching': {
    description:
      "If a request's model does not fit its budgets, reserves for a cheaper model. When off, refuses the request",
    whenUnread: false,
  },
  throttling: {
    description: 'Enforces throttle controls at admission. When off, only records them',
    whenUnread: true,
  },
  'trained-predictor': {
    description: 'Predicts with the promoted model. When off, uses running statistics alone',
    whenUnread: false,
  },
  exploration: {
    description:
      'Serves 5 % of the requests that leave Purser a choice by another suitable model that holds no more money, so that it gets grades. Never critical work',
    whenUnread: false,
    isOffAtFirst: true,
  },
} satisfies Record<string, KnownFlag>;

export type FlagName = keyof typeof KNOWN_FLAGS;
export const FLAG_NAMES = Object.keys(KNOWN_FLAGS) as FlagName[];

/** Whether the product checks a flag of this name. */
export const isFlagName = (name: string): name is FlagName => Object.hasOwn(KNOWN_FLAGS, name);
