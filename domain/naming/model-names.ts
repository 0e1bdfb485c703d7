import type { GivenIds, Named } from './naming.ts';

type Models = { model?: string | undefined; candidates?: readonly string[] | undefined };

/** A request with the models that its names stand for. */
export type ModelsNamed<Request> = {
  request: Request;
  /** The names that the request used, by the model they stand for. */
  givenNames: ReadonlyMap<string, string>;
};

/** Replaces names of models by the models they stand for. */
export function withModels<Request extends Models>(
  request: Request,
  modelOf: (name: string) => string,
): ModelsNamed<Request> {
  const { model, candidates } = request;
  const names = [...(model === undefined ? [] : [model]), ...(candidates ?? [])];
  const aliases = names.filter((name) => modelOf(name) !== name);
  if (aliases.length === 0) return { request, givenNames: new Map() };
  return {
    request: {
      ...request,
      ...(model === undefined ? {} : { model: modelOf(model) }),
      ...(candidates === undefined ? {} : { candidates: candidates.map(modelOf) }),
    },
    // If two names stand for one model, the first one is kept.
    givenNames: new Map(aliases.toReversed().map((name) => [modelOf(name), name])),
  };
}

/** Replaces the name of an event's model by the model it stands for. */
export function withModel<Event extends { model: string }>(
  event: Named<Event>,
  modelOf: (name: string) => string,
): Named<Event> {
  const { model: name, given } = event;
  const model = modelOf(name);
  return model === name ? event : { ...event, model, given: { ...given, model: name } };
}

/** An event as it was before `withModel`. Digests of events are taken of this form. */
export function withGivenModel<Event extends { model: string }>(event: Named<Event>): Named<Event> {
  const { given, ...rest } = event;
  if (given?.model === undefined) return event;
  const others = withoutModel(given);
  return { ...rest, model: given.model, ...(others ? { given: others } : {}) } as Named<Event>;
}

/**
 * The model that a later call about a request refers to: the request's model, unless the call names
 * another one. `name` can be the name that the request used for its model.
 */
export const modelFor = ({ model, given }: Named<{ model: string }>, name = model): string =>
  name === given?.model ? model : name;

/** The given IDs of a request, without its model: a different model served it. */
export function withoutModel(given: GivenIds | undefined): GivenIds | undefined {
  if (given?.model === undefined) return given;
  const { model: _, ...others } = given;
  return Object.keys(others).length === 0 ? undefined : others;
}
