--
-- PostgreSQL database dump
--

\restrict gbxqh8lgfQKpxiskjNOdcYvaIqpQaXoNAEKJKehl9M9Cee45S7ygbfjAfDlicig

-- Dumped from database version 18.6
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: t; Type: TABLE; Schema: public; Owner: superuser
--

CREATE TABLE public.t (
    id integer NOT NULL,
    body text
);


ALTER TABLE public.t OWNER TO superuser;

--
-- Name: u; Type: TABLE; Schema: public; Owner: superuser
--

CREATE TABLE public.u (
    id integer
);


ALTER TABLE public.u OWNER TO superuser;

--
-- Name: v; Type: VIEW; Schema: public; Owner: superuser
--

CREATE VIEW public.v AS
 SELECT id,
    body
   FROM public.t;


ALTER VIEW public.v OWNER TO superuser;

--
-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: superuser
--

COPY public.t (id, body) FROM stdin;
1	row 1
2	row 2
3	row 3
4	row 4
5	row 5
6	row 6
7	row 7
8	row 8
9	row 9
10	row 10
11	row 11
12	row 12
13	row 13
14	row 14
15	row 15
16	row 16
17	row 17
18	row 18
19	row 19
20	row 20
\.


--
-- Data for Name: u; Type: TABLE DATA; Schema: public; Owner: superuser
--

COPY public.u (id) FROM stdin;
\.


--
-- Name: 16426..16427; Type: BLOB METADATA; Schema: -; Owner: superuser
--

SELECT pg_catalog.lo_create('16426');
SELECT pg_catalog.lo_create('16427');

ALTER LARGE OBJECT 16426 OWNER TO superuser;
ALTER LARGE OBJECT 16427 OWNER TO superuser;

--
-- Data for Name: 16426..16427; Type: BLOBS; Schema: -; Owner: superuser
--

BEGIN;

SELECT pg_catalog.lo_open('16426', 131072);
SELECT pg_catalog.lowrite(0, '\x68656c6c6f');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('16427', 131072);
SELECT pg_catalog.lowrite(0, '\x776f726c64');
SELECT pg_catalog.lo_close(0);

COMMIT;

--
-- Name: t t_pkey; Type: CONSTRAINT; Schema: public; Owner: superuser
--

ALTER TABLE ONLY public.t
    ADD CONSTRAINT t_pkey PRIMARY KEY (id);


--
-- PostgreSQL database dump complete
--

\unrestrict gbxqh8lgfQKpxiskjNOdcYvaIqpQaXoNAEKJKehl9M9Cee45S7ygbfjAfDlicig

