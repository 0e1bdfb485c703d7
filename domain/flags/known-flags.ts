type KnownFlag = {
  /** What is different while it is on. */
  description: string;
  /** What holds while settings were never read: the side that spends no more and changes less. */
  whenUnread: boolean;
};

/** Every flag that something asks for. One that nobody has set is on for everybody. */
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
} satisfies Record<string, KnownFlag>;

export type FlagName = keyof typeof KNOWN_FLAGS;
export const FLAG_NAMES = Object.keys(KNOWN_FLAGS) as FlagName[];

/** Whether anything asks for a flag of this name. */
export const isFlagName = (name: string): name is FlagName => Object.hasOwn(KNOWN_FLAGS, name);
