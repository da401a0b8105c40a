(* Vectors that consist of any number of blocks, and the law of any scaling of them. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices families learning.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* V is the orthogonal sum of spaces, one for each block b: a vector is the same as a choice of all parts. *)
Record blocks (R : realFieldType) (V : eucl R) (B : finType) (space : B -> eucl R) := Blocks {
  part : forall b, V -> space b;
  join : (forall b, space b) -> V;
  part_add : forall b x y, part b (x + y) = part b x + part b y;
  part_scale : forall b a x, part b (a *: x) = a *: part b x;
  part_join : forall v b, part b (join v) = v b;
  part_ip : forall x y, <<x, y>> = \sum_b <<part b x, part b y>> }.
Arguments part {R V B space} _ _ _.
Arguments join {R V B space} _ _.

Section Blocks.
Variables (R : realFieldType) (V : eucl R) (B : finType) (space : B -> eucl R) (P : blocks V space).
Implicit Types (x y : V) (d : B -> int).

Lemma part_inj x y : (forall b, part P b x = part P b y) -> x = y.
Proof.
move=> h; apply: ip_inj => z; rewrite !(part_ip P).
by apply: eq_bigr => b _; rewrite h.
Qed.
Lemma part_opp b x : part P b (- x) = - part P b x.
Proof. by rewrite -scaleN1r part_scale scaleN1r. Qed.
Lemma part_sub b x y : part P b (x - y) = part P b x - part P b y.
Proof. by rewrite part_add part_opp. Qed.

(* the block b is multiplied by (1 + t)^(d b) *)
Definition scale d (t : R) (x : V) : V := join P (fun b => (1 + t) ^ d b *: part P b x).
Definition generator d (x : V) : V := join P (fun b => (d b)%:~R *: part P b x).

Lemma lo_sum (I : Type) (r : seq I) (f : I -> R -> R) : (forall i, lo (f i)) ->
  lo (fun t => \sum_(i <- r) f i t).
Proof.
move=> h; elim: r => [|i r IH].
  by move=> e e0; apply: smallT => t; rewrite big_nil mulr_ge0 ?sqr_ge0 ?ltW.
by apply: lo_le (loD (h i) IH); apply: smallT => t; rewrite big_cons.
Qed.

Lemma scale_vel d x : vel (scale d ^~ x) (generator d x).
Proof.
have h b := vel_scal (part P b x) (deriv_expz (d b)).
apply: lo_le (lo_sum (index_enum B) h); apply: smallT => t.
rewrite (part_ip P); apply: ler_sum => b _.
by rewrite !part_sub part_scale !part_join.
Qed.

Lemma scale_family d : family (scale d) (scale (fun b => - d b)) (generator d) (generator d).
Proof.
have unit_t : small (fun t : R => 1 + t != 0).
  apply: small_impl (small_1t R) => t h; apply/lt0r_neq0/lt_le_trans/h.
  by rewrite divr_gt0 ?ltr01 ?ltr0n.
split=> [x|x|||||x|y|x y].
- by apply: part_inj => b; rewrite part_join addr0 exp1rz scale1r.
- by apply: part_inj => b; rewrite part_join addr0 exp1rz scale1r.
- by apply: smallT => t x y; apply: part_inj => b; rewrite part_add !part_join part_add scalerDr.
- by apply: smallT => t a x; apply: part_inj => b; rewrite part_scale !part_join part_scale !scalerA mulrC.
- apply: small_impl unit_t => t t0 y; exists (scale (fun b => - d b) t y).
  by apply: part_inj => b; rewrite !part_join scalerA -expfzDr // subrr expr0z scale1r.
- apply: small_impl unit_t => t t0 x y; rewrite !(part_ip P); apply: eq_bigr => b _.
  by rewrite !part_join ipZl ipZr mulrA -expfzDr // subrr expr0z mul1r.
- exact: scale_vel.
- suff -> : - generator d y = generator (fun b => - d b) y by apply: scale_vel.
  by apply: part_inj => b; rewrite part_opp !part_join mulrNz scaleNr.
- by rewrite !(part_ip P); apply: eq_bigr => b _; rewrite !part_join ipZl ipZr.
Qed.

Lemma generator_quad d x : <<x, generator d x>> = \sum_b (d b)%:~R * N (part P b x).
Proof. by rewrite (part_ip P); apply: eq_bigr => b _; rewrite part_join ipZr. Qed.
Lemma generator_ip d x y : <<generator d x, y>> = \sum_b (d b)%:~R * <<part P b x, part P b y>>.
Proof. by rewrite (part_ip P); apply: eq_bigr => b _; rewrite part_join ipZl. Qed.
Lemma generator_scale d a x : generator d (a *: x) = a *: generator d x.
Proof. by apply: part_inj => b; rewrite part_scale !part_join part_scale !scalerA mulrC. Qed.
End Blocks.
