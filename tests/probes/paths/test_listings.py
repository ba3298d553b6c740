# ruff: noqa: E501  bodies as servers send them
from __future__ import annotations

import pytest

from auditor.probes.paths.listings import listing
from auditor.probes.paths.seen import Seen

LISTS = {
    "nginx": (
        "<html>\r\n<head><title>Index of /uploads/</title></head>\r\n<body>\r\n<h1>Index of /uploads/</h1><hr><pre>"
        '<a href="../">../</a>\r\n<a href="a.txt">a.txt</a>   25-Nov-2026 20:00  2\r\n<a href="b/">b/</a> - -\r\n</pre><hr>',
        2,
    ),
    "nginx, empty": (
        '<html><head><title>Index of /x/</title></head><body><h1>Index of /x/</h1><hr><pre><a href="../">../</a></pre>',
        0,
    ),
    "nginx, JSON": ('[\n{ "name":"a.txt", "type":"file", "mtime":"Wed, 25 Nov 2026 20:00:00 GMT", "size":2 }\n]', 1),
    "nginx, XML": (
        '<?xml version="1.0"?>\n<list>\n<directory mtime="2026-11-25T20:00:00Z">b</directory>\n<file mtime="x">',
        2,
    ),
    "Apache": (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>Index of /files</title>\n </head>\n'
        ' <body>\n<h1>Index of /files</h1>\n  <table>\n<tr><th><a href="?C=N;O=D">Name</a></th></tr><tr><td>'
        '<a href="/">Parent Directory</a></td></tr><tr><td><a href="dump.sql">dump.sql</a></td></tr></table>',
        1,
    ),
    "Apache, plain": (
        '<html><head><title>Index of /a</title></head><body><h1>Index of /a</h1><ul><li><a href="b"> b</a></li>',
        1,
    ),
    "Python": (
        '<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Directory listing for /</title>\n</head>\n'
        '<body>\n<h1>Directory listing for /</h1>\n<hr>\n<ul>\n<li><a href="a.txt">a.txt</a></li>\n',
        1,
    ),
    "serve": (
        "<!DOCTYPE html><html lang=en><title>Files within www&#47;</title><h1><i>Index of&nbsp;</i><a href='/'>www&#47;</a></h1>"
        '<ul id="files"><li><a href="&#47;a.txt" title="a.txt" class="file txt">a.txt</a></li></ul>',
        1,
    ),
    "http-server": (
        "<!doctype html><html><head><title>Index of /</title></head><body><h1>Index of /</h1><table><tr><td class='x'>"
        '<a href="./sub/">sub/</a></td></tr></table><address>Node.js/ <a href="https://github.com/http-party/http-server">',
        1,
    ),
    "serve-index": (
        '<!DOCTYPE html><html><head><title>listing directory /</title></head><body class="directory"><h1><a href="/">~</a> /'
        '</h1><ul id="files" class="view-tiles"><li><a href="/sub" class="icon" title="sub"><span class="name">sub</span></a>',
        1,
    ),
    "Caddy": (
        '<!DOCTYPE html><html><head><title>/</title></head><body><main><div class="listing"><table><tr class="file">\n<td></td>'
        '<td><a href="./a.txt"><span class="name">a.txt</span></a></td></tr></table></main>',
        1,
    ),
    "IIS": (
        "<html><head><title>app.example.com - /files/</title></head><body><H1>app.example.com - /files/</H1><hr>\r\n\r\n<pre>"
        '<A HREF="/">[To Parent Directory]</A><br><br> 11/25/2026  8:00 PM  12 <A HREF="/files/a.txt">a.txt</A><br></pre>',
        1,
    ),
    "lighttpd": (
        '<!DOCTYPE html>\n<html>\n<head>\n<title>Index of /a/</title>\n</head>\n<body>\n<h2>Index of /a/</h2>\n<div class="list">'
        '<table summary="Directory Listing"><tr><td><a href="b.txt">b.txt</a></td></tr>',
        1,
    ),
    "Tomcat": (
        '<html><head><title>Directory Listing For [/]</title></head><body><a href="/a.txt"><tt>a.txt</tt></a>',
        1,
    ),
    "Go": (
        '<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n<a href="a.txt">a.txt</a>\n</pre>\n',
        1,
    ),
    "S3": (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>'
        "<Contents><Key>a</Key></Contents><Contents><Key>b</Key></Contents></ListBucketResult>",
        2,
    ),
    "Azure": (
        '<?xml version="1.0"?><EnumerationResults ContainerName="x"><Blobs><Blob><Name>a</Name></Blob></Blobs>',
        1,
    ),
}


def see(text: str) -> str:
    return listing(Seen("/x/", 200, "", text.encode(), text))


@pytest.mark.parametrize("server", LISTS)
def test_lists(server):
    text, entries = LISTS[server]
    assert see(text) == f"{entries} {'entry' if entries == 1 else 'entries'}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Index of /",
        "<!doctype html><title>Index of functions</title><h1>Index of functions</h1><a href=a>a</a>",
        "<!doctype html><title>How to</title><pre>&lt;title&gt;Index of /&lt;/title&gt;</pre><h1>Index of / and what to do</h1>",
        "<!doctype html><title>Index of /</title><p>a page of that name",
        "<!doctype html><title>Files</title><ul id=files>",
        "<!doctype html><title>shop - /</title><h1>shop - /</h1><p>",
        "<Error><Code>AccessDenied</Code></Error>",
        '[{"name":"a","type":"plan","mtime":1}]',
        '[{"name":"a"}]',
        "<list><item/></list>",
        "<pre>text</pre>",
    ],
)
def test_other_pages(text):
    assert see(text) == ""
