(* What is proved of finite Markov chains, claim by claim. S is the set of states, P i j the probability of  *)
(* a step from i to j.                                                                                       *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From Equipartition.library Require Import logarithms.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition transition (R : realFieldType) (S : finType) (P : S -> S -> R) :=
  (forall i j, 0 <= P i j) /\ (forall i, \sum_j P i j = 1).
Definition irreducible (R : realFieldType) (S : finType) (P : S -> S -> R) :=
  forall i j, connect (fun a b => 0 < P a b) i j.
Definition law (R : realFieldType) (S : finType) (p : S -> R) := (forall i, 0 <= p i) /\ \sum_i p i = 1.
Definition stationary (R : realFieldType) (S : finType) (pi : S -> R) (P : S -> S -> R) :=
  forall j, \sum_i pi i * P i j = pi j.

(* the product of the probabilities along a walk from a through the states of s; and of the walk the other way round *)
Fixpoint along (R : realFieldType) (S : finType) (P : S -> S -> R) (a : S) (s : seq S) : R :=
  if s is b :: s' then P a b * along P b s' else 1.
Fixpoint against (R : realFieldType) (S : finType) (P : S -> S -> R) (a : S) (s : seq S) : R :=
  if s is b :: s' then P b a * against P b s' else 1.

(* a cycle: different states a, b, c, ..., z, and back to a *)
Definition markov_detailed_balance_statement : Prop :=
  forall (R : realFieldType) (S : finType) (P : S -> S -> R) (pi : S -> R),
  transition P -> irreducible P -> law pi -> stationary pi P ->
  (forall i j, pi i * P i j = pi j * P j i) <->
  (forall a s, uniq (a :: s) -> along P a (rcons s a) = against P a (rcons s a)).

Definition markov_stationary_mean_statement : Prop :=
  forall (R : realFieldType) (S : finType) (P : S -> S -> R) (pi f : S -> R),
  transition P -> stationary pi P -> \sum_i pi i * (\sum_j P i j * f j) = \sum_i pi i * f i.

(* 0 log 0 = 0, as 0 times anything is. *)
Definition relative_entropy (R : realFieldType) (log : R -> R) (S : finType) (p q : S -> R) := \sum_i p i * log (p i / q i).
Definition markov_relative_entropy_statement : Prop :=
  forall (R : realFieldType) (log : R -> R) (S : finType) (P : S -> S -> R) (pi p : S -> R),
  logarithm log -> transition P -> (forall i, 0 < pi i) -> stationary pi P -> law p ->
  relative_entropy log (fun j => \sum_i p i * P i j) pi <= relative_entropy log p pi.

(* The eigenfunctions v k of P, one for each state, orthonormal under pi, of which v o is constant.          *)
Definition mean (R : realFieldType) (S : finType) (pi f : S -> R) := \sum_i pi i * f i.
Definition variance (R : realFieldType) (S : finType) (pi f : S -> R) := \sum_i pi i * (f i - mean pi f) ^+ 2.
Definition markov_spectral_gap_statement : Prop :=
  forall (R : realFieldType) (S : finType) (P : S -> S -> R) (pi : S -> R) (v : S -> S -> R) (mu : S -> R) (o : S) (lambda : R),
  transition P -> law pi ->
  (forall k l, \sum_i pi i * v k i * v l i = (k == l)%:R) -> (forall i, v o i = 1) ->
  (forall k i, \sum_j P i j * v k j = mu k * v k i) ->
  (forall k, k != o -> `|mu k| <= `|lambda|) ->
  (forall f, variance pi (fun i => \sum_j P i j * f j) <= lambda ^+ 2 * variance pi f) /\
  (forall f, (forall i, \sum_j P i j * f j = lambda * f i) ->
    variance pi (fun i => \sum_j P i j * f j) = lambda ^+ 2 * variance pi f).
