import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API } from 'typescript/unstable/sync';

/** A dropped call or member may leave something unused, which is not an error here. */
const UNUSED = new Set([6133, 6138, 6192, 6196, 6198, 6205]);

/** Type-checks one changed file of a tree and restores it after each answer. */
export function createCompiler(root: string) {
  const api = new API({ cwd: root });
  const config = `${root}/tsconfig.json`;
  api.updateSnapshot({ openProjects: [config] });

  return {
    /** Whether this text compiles in the file. Does not look for errors in other files. */
    compiles(file: string, text: string): boolean {
      const path = join(root, file);
      const original = readFileSync(path, 'utf8');
      writeFileSync(path, text);
      try {
        const snapshot = api.updateSnapshot({ fileChanges: { changed: [path] } });
        const program = snapshot.getProject(config)?.program;
        if (!program) throw new Error('the project cannot be opened');
        const syntax = program.getSyntacticDiagnostics(path);
        const errors = syntax.length > 0 ? syntax : program.getSemanticDiagnostics(path);
        return errors.every(({ code }) => UNUSED.has(code));
      } finally {
        writeFileSync(path, original);
        api.updateSnapshot({ fileChanges: { changed: [path] } });
      }
    },
    close: (): void => api.close(),
  };
}
