// http/mime.cpp - media types as registered with IANA; texts are taken to be UTF-8. (codec)
#include "http/mime.h"

#include "http/message.h"

namespace strata::http {

namespace {

struct Row {
  std::string_view extension, type;
};
constexpr Row rows[] = {
    {"html", "text/html; charset=utf-8"},
    {"htm", "text/html; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},  // rfc9239
    {"mjs", "text/javascript; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"json", "application/json; charset=utf-8"},
    {"map", "application/json; charset=utf-8"},
    {"webmanifest", "application/manifest+json; charset=utf-8"},
    {"txt", "text/plain; charset=utf-8"},
    {"md", "text/markdown; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"xml", "application/xml"},
    {"svg", "image/svg+xml"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"avif", "image/avif"},
    {"ico", "image/vnd.microsoft.icon"},
    {"bmp", "image/bmp"},
    {"woff2", "font/woff2"},
    {"woff", "font/woff"},
    {"ttf", "font/ttf"},
    {"otf", "font/otf"},
    {"wasm", "application/wasm"},
    {"pdf", "application/pdf"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"tar", "application/x-tar"},
    {"mp3", "audio/mpeg"},
    {"m4a", "audio/mp4"},
    {"ogg", "audio/ogg"},
    {"wav", "audio/wav"},
    {"mp4", "video/mp4"},
    {"webm", "video/webm"},
    {"text", "text/plain; charset=utf-8"},
    {"log", "text/plain; charset=utf-8"},
    {"vtt", "text/vtt; charset=utf-8"},
    {"ics", "text/calendar; charset=utf-8"},
    {"yaml", "text/yaml; charset=utf-8"},
    {"yml", "text/yaml; charset=utf-8"},
    {"xhtml", "application/xhtml+xml"},
    {"jsonld", "application/ld+json"},
    {"geojson", "application/geo+json"},
    {"atom", "application/atom+xml"},
    {"rss", "application/rss+xml"},
    {"rtf", "application/rtf"},
    {"epub", "application/epub+zip"},
    {"7z", "application/x-7z-compressed"},
    {"apng", "image/apng"},
    {"tiff", "image/tiff"},
    {"heic", "image/heic"},
    {"opus", "audio/ogg"},
    {"weba", "audio/webm"},
    {"ogv", "video/ogg"},
    {"mov", "video/quicktime"},
    {"mkv", "video/x-matroska"},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"mpd", "application/dash+xml"},
    {"gltf", "model/gltf+json"},
    {"glb", "model/gltf-binary"},
};

}  // namespace

std::string_view type_of_ending(std::string_view ending) {
  if (!ending.empty() && ending.front() == '.') ending.remove_prefix(1);
  for (const Row& row : rows)
    if (equals_ignore_case(ending, row.extension)) return row.type;
  return "application/octet-stream";
}

std::string_view media_type(std::string_view file_name) {
  const std::size_t slash = file_name.rfind('/');
  if (slash != std::string_view::npos) file_name.remove_prefix(slash + 1);
  const std::size_t dot = file_name.rfind('.');
  // ".html" is a hidden file without extension.
  if (dot == std::string_view::npos || dot == 0) return type_of_ending({});
  return type_of_ending(file_name.substr(dot + 1));
}

std::string_view bare_media_type(std::string_view name) {
  if (name.find('/') == std::string_view::npos) name = type_of_ending(name);
  return trim_ows(name.substr(0, name.find(';')));
}

bool lacks_charset(std::string_view type) {
  if (type.find(';') != std::string_view::npos) return false;
  const auto is = [&](std::string_view other) { return equals_ignore_case(type, other); };
  const bool text = equals_ignore_case(type.substr(0, 5), "text/") || is("application/json") ||
                    is("application/javascript");
  return text && !is("text/event-stream");
}

}  // namespace strata::http
