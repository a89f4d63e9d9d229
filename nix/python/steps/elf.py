"""Read ELF files (elf(5)) of this platform, 64 bit and little-endian, and strip them.

Little of the format is asked for here; a process of patchelf or eu-strip for each question takes
longer than most wheels to install.
"""

from __future__ import annotations

from struct import Struct, error

# How a file begins that is 64 bit, little-endian, and of the one version that there is.
IDENT = b"\x7fELF\x02\x01\x01"

HEADER = Struct("<16s2HI3QI6H")
SEGMENT = Struct("<2I6Q")
SECTION = Struct("<2I4Q2I2Q")
DYNAMIC = Struct("<2Q")

PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
DT_NULL, DT_NEEDED, DT_STRTAB, DT_RPATH, DT_RUNPATH = 0, 1, 5, 15, 29
SHT_STRTAB, SHT_RELA, SHT_NOBITS, SHT_REL = 3, 4, 8, 9
SHF_ALLOC = 2

# How the names of sections begin that only a debugger or a linker reads.
LITTER = (
    *(b".comment", b".gnu.build.attributes", b".shstrtab", b".strtab", b".symtab"),
    *(b".debug_", b".zdebug_", b".gnu.lto_"),
)

# The name of the section of names.
OWN = b".shstrtab\0"

ALIGNMENT = 8

# What reading raises where something lies outside of the file, or a name is not text.
DAMAGE = (error, LookupError, OverflowError, ValueError)


class NotReadableError(ValueError):
    """A file that is no ELF file of this platform, or is damaged."""


class Elf:
    """An ELF file.

    needed: the names of the libraries that the loader loads with it; empty if it is static.
    library_path: where the loader looks for them, DT_RUNPATH or DT_RPATH; empty if it has none.
    has_interpreter: whether it is a program that a loader starts.
    """

    def __init__(self, content: bytes) -> None:
        """Read a file. Raises NotReadableError."""
        self._content = content
        if not content.startswith(IDENT):
            raise NotReadableError
        try:
            self._header = HEADER.unpack_from(content)
            *_, start, _, _, _, size, count, _, _, _ = self._header
            self._segments = [SEGMENT.unpack_from(content, start + size * n) for n in range(count)]
            self._read_dynamic()
        except DAMAGE as damage:
            raise NotReadableError from damage
        self.has_interpreter = any(kind == PT_INTERP for kind, *_ in self._segments)

    def _read_dynamic(self) -> None:
        entries: list[tuple[int, int]] = []
        for kind, _, offset, _, _, size, *_ in self._segments:
            if kind == PT_DYNAMIC:
                for tag, value in DYNAMIC.iter_unpack(self._content[offset : offset + size]):
                    if tag == DT_NULL:
                        break
                    entries.append((tag, value))

        def texts(*tags: int) -> list[str]:
            return [self._text(strings + value) for tag, value in entries if tag in tags]

        strings = dict(entries).get(DT_STRTAB, 0)
        self.needed = texts(DT_NEEDED)
        self.library_path = ":".join(texts(DT_RPATH, DT_RUNPATH))

    def _text(self, address: int) -> str:
        """Return the text at an address in memory. Raises ValueError or LookupError."""
        (start,) = (
            offset + address - first
            for kind, _, offset, first, _, size, *_ in self._segments
            if kind == PT_LOAD and first <= address < first + size
        )
        return self._content[start : self._content.index(b"\0", start)].decode()

    def stripped(self) -> bytes:
        """Return the content without the sections that only a debugger or a linker reads.

        They are at the end, behind all that a program loads. Where anything else is there too, such
        as data that a program reads from its own file, the content stays as it is.
        """
        try:
            return self._stripped()
        except DAMAGE:
            return self._content

    def _stripped(self) -> bytes:
        content, header = self._content, list(self._header)
        table, count, names = header[6], header[12], header[13]
        sections = [Section(content, table + SECTION.size * n) for n in range(count)]
        title = {section: section.title(content, sections[names]) for section in sections}
        loaded = 1 + max(n for n, section in enumerate(sections) if section.flags & SHF_ALLOC)
        kept, dropped = sections[:loaded], sections[loaded:]
        segments = [offset + size for _, _, offset, _, _, size, *_ in self._segments]
        end = max(*segments, *(section.end for section in kept))
        last = max(table + SECTION.size * count, *(section.end for section in sections))
        is_plain = (
            all(section.flags & SHF_ALLOC for section in kept[1:])
            and all(title[section].startswith(LITTER) for section in dropped)
            and all(number < loaded for section in kept for number in section.linked)
            and end <= last == len(content)
        )
        if not is_plain:
            return content
        # The names of what is left, and the table of it with them.
        text = b"\0"
        for section in kept[1:]:
            section.fields[0] = len(text)
            text += title[section] + b"\0"
        own = [len(text), SHT_STRTAB, 0, 0, end, len(text) + len(OWN), 0, 0, 1, 0]
        text += OWN
        rows = [SECTION.pack(*fields) for fields in (*(section.fields for section in kept), own)]
        header[6] = end + len(text) + -(end + len(text)) % ALIGNMENT
        header[12], header[13] = len(rows), loaded
        new = HEADER.pack(*header) + content[HEADER.size : end] + text
        return new.ljust(header[6], b"\0") + b"".join(rows)


class Section:
    """A section of an ELF file, as the table of sections has it."""

    def __init__(self, content: bytes, at: int) -> None:
        self.fields = list(SECTION.unpack_from(content, at))
        self._name, self._kind, self.flags, _, self._offset, self._size, link, info, _, _ = (
            self.fields
        )
        # The numbers of other sections.
        self.linked = (link, info) if self._kind in (SHT_RELA, SHT_REL) else (link,)
        self.end = self._offset + (0 if self._kind == SHT_NOBITS else self._size)

    def title(self, content: bytes, names: Section) -> bytes:
        """Return its name, given the section that has all of them."""
        start = names._offset + self._name
        return content[start : content.index(b"\0", start)]
