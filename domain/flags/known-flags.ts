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
      'A request whose model does not fit its budgets may be held for a cheaper one; off, it is refused',
    whenUnread: false,
  },
  throttling: {
    description: 'Throttle controls are enforced at admission; off, they are only recorded',
    whenUnread: true,
  },
  'trained-predictor': {
    description: 'The promoted model predicts; off, running statistics alone do',
    whenUnread: false,
  },
} satisfies Record<string, KnownFlag>;

export type FlagName = keyof typeof KNOWN_FLAGS;
export const FLAG_NAMES = Object.keys(KNOWN_FLAGS) as FlagName[];

/** Whether anything asks for a flag of this name. */
export const isFlagName = (name: string): name is FlagName => Object.hasOwn(KNOWN_FLAGS, name);
