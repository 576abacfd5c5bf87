// What the official types leave out. Each line says why; nothing here loosens a call that they do describe.

declare module "premierepro" {
  // `@adobe/premierepro` describes the module under its own name, which is not the one that Premiere loads.
  const premiere: import("@adobe/premierepro").premierepro;
  export = premiere;
}

declare module "uxp" {
  namespace storage {
    // Documented as `require("uxp").storage.localFileSystem`, and missing.
    const localFileSystem: FileSystemProvider;

    // A file is an entry, as a folder is; the types say so for the folder alone.
    interface File extends Omit<Entry, "isFile"> {}
  }

  // The documentation has panels by id, and every part optional; the types have a list, and all of it required.
  interface EntryPoints {
    setup(entrypoints: { panels: { [id: string]: { show: () => void; hide: () => void } } }): void;
  }
}

// Globals of UXP that are "currently not available" in its types.
declare function setTimeout(callback: () => void, milliseconds: number): number;

// Premiere's own addition to the document; see "CSS Styling" in its recipes.
interface Document {
  readonly theme?: {
    getCurrent(): string;
    readonly onUpdated: { addListener(callback: (theme: string) => void): void };
  };
}
