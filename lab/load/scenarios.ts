/** What the users of a scenario do: flows of `artillery/load.yml`. */
export type Flow = 'automatrix' | 'relaycore' | 'neuroweaver';

/** A load scenario at full length. */
export type Scenario = {
  what: string;
  /** The flow of all users; without one, users are divided among all flows. */
  flow?: Flow;
  users: number;
  seconds: number;
  /** Users arrive during this time, and are not measured before all are there. */
  arrivalSeconds: number;
  modelSeconds: number;
  pauseSeconds: number;
  /** New users per second, step by step: each makes one round. Ends at the breaking point. */
  ramp?: { perSecond: number; steps: number };
  /** Everything is charged to one department with one budget. */
  isOneBudget?: boolean;
};

const REQUESTS = { modelSeconds: 2, pauseSeconds: 1 };

/** The scenarios of the mission, in the order of the help. */
export const SCENARIOS = {
  automatrix: {
    what: 'workflows of three steps',
    flow: 'automatrix',
    users: 100,
    seconds: 300,
    arrivalSeconds: 30,
    ...REQUESTS,
  },
  relaycore: {
    what: 'requests: reserve, model, settle, pause',
    flow: 'relaycore',
    users: 200,
    seconds: 600,
    arrivalSeconds: 60,
    ...REQUESTS,
  },
  neuroweaver: {
    what: 'inference through the gateway',
    flow: 'neuroweaver',
    users: 50,
    seconds: 300,
    arrivalSeconds: 30,
    ...REQUESTS,
  },
  'cross-system': {
    what: 'users of all three at once',
    users: 75,
    seconds: 900,
    arrivalSeconds: 60,
    ...REQUESTS,
  },
  stress: {
    what: 'requests, more every step, until it breaks',
    flow: 'relaycore',
    users: 0,
    seconds: 300,
    arrivalSeconds: 0,
    modelSeconds: 0.2,
    pauseSeconds: 0,
    ramp: { perSecond: 20, steps: 15 },
  },
  soak: {
    what: 'requests: does memory stay flat?',
    flow: 'relaycore',
    users: 60,
    seconds: 1_800,
    arrivalSeconds: 60,
    ...REQUESTS,
  },
  'hot-budget': {
    what: 'requests without pause, all on one budget',
    flow: 'relaycore',
    users: 60,
    seconds: 120,
    arrivalSeconds: 10,
    modelSeconds: 0.5,
    pauseSeconds: 0,
    isOneBudget: true,
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;

/** If many users started at once in a short run, it would measure process starts instead of work. */
const shortestArrivalSeconds = (users: number): number => Math.min(4, Math.ceil(users / 5));

/** How long a run of this scale takes, and when its users arrive. */
export type RunPlan = {
  users: number;
  seconds: number;
  arrivalSeconds: number;
  phases: { duration: number; arrivalCount?: number; arrivalRate?: number }[];
  /** Users that should have arrived by its end. */
  arrivals: number;
};

/** The run of a scenario. `scale` shortens it; the number of users stays. */
export function runPlan(scenario: Scenario, scale: number, users: number): RunPlan {
  const seconds = Math.max(2, Math.round(scenario.seconds * scale));
  const { ramp } = scenario;
  if (ramp) {
    const duration = Math.max(2, Math.round(seconds / ramp.steps));
    const steps = Array.from({ length: ramp.steps }, (_, step) => ramp.perSecond * (step + 1));
    return {
      users,
      seconds: duration * ramp.steps,
      arrivalSeconds: 0,
      phases: steps.map((arrivalRate) => ({ duration, arrivalRate })),
      arrivals: duration * steps.reduce((sum, rate) => sum + rate, 0),
    };
  }
  const arrivalSeconds = Math.max(
    shortestArrivalSeconds(users),
    Math.round(scenario.arrivalSeconds * scale),
  );
  return {
    users,
    seconds,
    arrivalSeconds,
    phases: [{ duration: arrivalSeconds, arrivalCount: users }],
    arrivals: users,
  };
}
