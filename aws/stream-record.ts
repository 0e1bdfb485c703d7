import type { DynamoDBRecord } from 'aws-lambda';
import type { Item } from '../tables/dynamodb.ts';
import { itemOf, type StoredItem } from './dynamodb/attributes.ts';

/** A stream record's images in the form in which stores read items. */
export function imagesOf(record: DynamoDBRecord): {
  before: Item | undefined;
  after: Item | undefined;
} {
  return {
    before: imageOf(record.dynamodb?.OldImage),
    after: imageOf(record.dynamodb?.NewImage),
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

const imageOf = (image: Image): Item | undefined => image && itemOf(image as StoredItem);
