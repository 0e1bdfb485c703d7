import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Item } from '../tables/dynamodb.ts';
import { UNMARSHALL_OPTIONS } from './dynamodb-answers.ts';

/** A stream record's images in the form in which stores read items. */
export function imagesOf(record: DynamoDBRecord): {
  before: Item | undefined;
  after: Item | undefined;
} {
  return {
    before: itemOf(record.dynamodb?.OldImage),
    after: itemOf(record.dynamodb?.NewImage),
  };
}

/** Passes a stream record's images to `read`. */
export const fromImages =
  <Change>(read: (before: Item | undefined, after: Item | undefined) => Change) =>
  (record: DynamoDBRecord): Change => {
    const { before, after } = imagesOf(record);
    return read(before, after);
  };

type Image = NonNullable<DynamoDBRecord['dynamodb']>['NewImage'];

function itemOf(image: Image): Item | undefined {
  return (
    image && (unmarshall(image as Parameters<typeof unmarshall>[0], UNMARSHALL_OPTIONS) as Item)
  );
}
