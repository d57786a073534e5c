/** What a JSON Schema says of a place in a document: enough of it to complete what is typed. */

/** The parts of a schema that matter here. */
export interface Schema {
  description?: string;
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
}

/** A step to a place: a key, or an item of a list. */
export type Step = { key: string } | "item";

/** The schemas that a value at the end of `path` may follow. */
export function schemasAt(root: Schema, path: Step[]): Schema[] {
  return path.reduce<Schema[]>(
    (schemas, step) => schemas.flatMap((schema) => alternatives(root, below(schema, step))),
    alternatives(root, root),
  );
}

function below(schema: Schema, step: Step): Schema | undefined {
  if (step === "item") return schema.items;
  const properties = schema.properties ?? {};
  return Object.hasOwn(properties, step.key) ? properties[step.key] : undefined;
}

/** A schema without references and choices: the schemas that it comes to. */
function alternatives(root: Schema, schema: Schema | undefined, depth = 0): Schema[] {
  if (!schema || depth > 8) return [];
  const described = (other: Schema): Schema =>
    schema.description && !other.description ? { ...other, description: schema.description } : other;
  if (schema.$ref !== undefined) {
    const target = root.$defs?.[schema.$ref.replace("#/$defs/", "")];
    return alternatives(root, target && described(target), depth + 1);
  }
  if (schema.anyOf) return schema.anyOf.flatMap((one) => alternatives(root, described(one), depth + 1));
  return [schema];
}

/** What may be written for a value: the words of its schemas. */
export function words(schemas: Schema[]): { word: string; description: string | undefined }[] {
  const found = schemas.flatMap(({ enum: listed, type, description }) => {
    const types = typeof type === "string" ? [type] : (type ?? []);
    const values = listed ?? (types.includes("boolean") ? [true, false] : []);
    return values.filter((value) => value !== null).map((value) => ({ word: String(value), description }));
  });
  return found.filter(({ word }, index) => found.findIndex((other) => other.word === word) === index);
}

/** The keys that a mapping may have. */
export function keys(schemas: Schema[], root: Schema): { key: string; description: string | undefined; opens: boolean }[] {
  return schemas.flatMap(({ properties = {} }) =>
    Object.entries(properties).map(([key, schema]) => {
      const values = alternatives(root, schema);
      const opens = words(values).length === 0 && values.some((value) => value.properties ?? value.items);
      return { key, description: schema.description ?? values[0]?.description, opens };
    }),
  );
}
