(* The entropic loss: each theorem proves the statement of its name in statements/entropic_loss.v. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra fingroup perm.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives.
From Equipartition.statements Require Import entropic_loss.
From Equipartition.lemmas Require entropic_loss.
Module L := Equipartition.lemmas.entropic_loss.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem entropic_loss_minibatch : entropic_loss_minibatch_statement.
Proof. by move=> R V n g B n1 B0 Bn batches gradL; apply: (L.minibatch g n1 B0 Bn). Qed.

Theorem entropic_loss_epoch_mean_order : entropic_loss_epoch_mean_order_statement.
Proof. by move=> V n M; apply: L.epoch_mean_order. Qed.

(* No potential of second order *)
Section Partial.
Variables (R : realFieldType) (n : nat).
Implicit Types (f h : 'cV[R]_n -> R) (x : 'cV[R]_n).
Lemma partialM f h x i a b : partial f x i a -> partial h x i b -> partial (fun y => f y * h y) x i (a * h x + f x * b).
Proof. by move=> df dh; have := derivM df dh; rewrite scale0r addr0. Qed.
Lemma partialZ c f x i a : partial f x i a -> partial (fun y => c * f y) x i (c * a).
Proof. exact: derivZ. Qed.
Lemma partialD f h x i a b : partial f x i a -> partial h x i b -> partial (fun y => f y + h y) x i (a + b).
Proof. exact: derivD. Qed.
Lemma partial_sum (I : finType) (f : I -> 'cV[R]_n -> R) x i (a : I -> R) :
  (forall k, partial (f k) x i (a k)) -> partial (fun y => \sum_k f k y) x i (\sum_k a k).
Proof. by move=> h; apply: deriv_sum. Qed.
Lemma partial_uniq f x i a b : partial f x i a -> partial f x i b -> a = b.
Proof. exact: deriv_uniq. Qed.
End Partial.

Section Curl.
Variables (R : realFieldType) (n : nat) (l : 'cV[R]_n -> R) (g : 'I_n -> 'cV[R]_n -> R) (H : 'I_n -> 'I_n -> 'cV[R]_n -> R).
Variables (T : 'I_n -> 'I_n -> 'I_n -> 'cV[R]_n -> R) (Q : 'I_n -> 'I_n -> 'I_n -> 'I_n -> 'cV[R]_n -> R) (x : 'cV[R]_n).
Hypothesis d4 : derivatives4 l g H T Q.
Notation G := (contraction g T).
Definition jacobian (i m : 'I_n) : R :=
  1 / 3%:R * (\sum_j \sum_k ((T i j m x * H j k x + H i j x * T j k m x) * g k x + H i j x * H j k x * H k m x))
  + 1 / 12%:R * (\sum_j \sum_k ((Q i j k m x * g j x + T i j k x * H j m x) * g k x + T i j k x * g j x * H k m x)).
Lemma jacobianP i m : partial (field2 g H T i) x m (jacobian i m).
Proof.
apply: partialD; apply: partialZ; apply: partial_sum => j; apply: partial_sum => k.
  by apply: partialM; [apply: partialM|]; [apply: third_derivative d4 _ _ _ _ | apply: third_derivative d4 _ _ _ _ | apply: second_derivative d4 _ _ _].
by apply: partialM; [apply: partialM|]; [apply: fourth_derivative d4 _ _ _ _ _ | apply: second_derivative d4 _ _ _ | apply: second_derivative d4 _ _ _].
Qed.
Let a1 i m := \sum_j \sum_k T i j m x * H j k x * g k x.
Let a2 i m := \sum_k H i k x * G k m x.
Let a3 i m := \sum_j \sum_k H i j x * H j k x * H k m x.
Let b1 i m := \sum_j \sum_k Q i j k m x * g j x * g k x.
Let b2 i m := \sum_k G i k x * H k m x.
Lemma jacobianE i m : jacobian i m = 1 / 3%:R * (a1 i m + a2 i m + a3 i m) + 1 / 12%:R * (b1 i m + b2 i m + b2 i m).
Proof.
rewrite /jacobian; congr (_ * _ + _ * _).
  rewrite /a1 /a3 (_ : a2 i m = \sum_j \sum_k H i j x * T j k m x * g k x); last first.
    apply: eq_bigr => j _; rewrite /contraction mulr_sumr; apply: eq_bigr => k _.
    by have [_ ->] := third_sym d4 x j k m; rewrite mulrA.
  rewrite -!big_split /=; apply: eq_bigr => j _; rewrite -!big_split /=; apply: eq_bigr => k _.
  by rewrite mulrDl.
have e1 : b2 i m = \sum_j \sum_k T i j k x * H j m x * g k x.
  apply: eq_bigr => j _; rewrite /contraction mulr_suml; apply: eq_bigr => k _.
  by rewrite mulrAC.
have e2 : b2 i m = \sum_j \sum_k T i j k x * g j x * H k m x.
  rewrite exchange_big; apply: eq_bigr => k _; rewrite /contraction mulr_suml; apply: eq_bigr => j _.
  by have [_ ->] := third_sym d4 x i j k.
rewrite {1}e1 e2 /b1 -!big_split /=; apply: eq_bigr => j _; rewrite -!big_split /=; apply: eq_bigr => k _.
by rewrite mulrDl.
Qed.
Lemma G_sym i j : G i j x = G j i x.
Proof. by apply: eq_bigr => k _; have [-> _] := third_sym d4 x i j k. Qed.
Lemma curl i m : jacobian i m - jacobian m i = 1 / 6%:R * \sum_k (H i k x * G k m x - G i k x * H k m x).
Proof.
have s1 : a1 m i = a1 i m.
  apply: eq_bigr => j _; apply: eq_bigr => k _; congr (_ * _ * _).
  have [-> _] := third_sym d4 x m j i; have [_ ->] := third_sym d4 x j m i; have [-> _] := third_sym d4 x j i m.
  by [].
have s3 : a3 m i = a3 i m.
  rewrite /a3 exchange_big; apply: eq_bigr => j _; apply: eq_bigr => k _.
  rewrite (second_sym d4 x m k) (second_sym d4 x k j) (second_sym d4 x j i).
  by move: (H k m x) (H j k x) (H i j x) => p q r; ring.
have s4 : b1 m i = b1 i m.
  by apply: eq_bigr => j _; apply: eq_bigr => k _; rewrite (fourth_sym d4 x m j k i).
have s2 : a2 m i = b2 i m.
  by apply: eq_bigr => k _; rewrite (second_sym d4 x m k) G_sym mulrC.
have s5 : b2 m i = a2 i m.
  by apply: eq_bigr => k _; rewrite (second_sym d4 x k i) G_sym mulrC.
rewrite !jacobianE s1 s2 s3 s4 s5 sumrB -/(a2 i m) -/(b2 i m).
by move: (a1 i m) (a2 i m) (a3 i m) (b1 i m) (b2 i m) => p q r s t; field.
Qed.
End Curl.

(* polynomials in t *)
Lemma deriv_horner (R : realFieldType) (q : R -> R) (b c : R) : deriv q b -> deriv (fun t => c + t * q t) (q 0).
Proof.
move=> dq; have did : deriv (fun t : R => t) 1.
  by move=> e e0; apply: smallT => t; rewrite subr0 mulr1 subrr expr0n mulr_ge0 ?sqr_ge0 // ltW.
by have := derivD (deriv_cst c) (derivM did dq); rewrite mul1r mul0r addr0 add0r.
Qed.
Lemma deriv_poly (R : realFieldType) (f : R -> R) (a b0 b1 b2 : R) :
  (forall t, f t = f 0 + t * (a + t * (b0 + t * (b1 + t * b2)))) -> deriv f a.
Proof.
move=> h; have h0 : a = a + 0 * (b0 + 0 * (b1 + 0 * b2)) by rewrite mul0r addr0.
rewrite h0; apply: deriv_ext (deriv_horner (f 0) (deriv_horner a (deriv_horner b0 (deriv_horner b1 (deriv_cst b2))))).
by apply: smallT => t; rewrite [RHS]h.
Qed.

Section Plane.
Variable R : realFieldType.
Implicit Types (F : R -> R -> R) (v : 'cV[R]_2).
Lemma coordinates v (t : R) (i : 'I_2) :
  (v + t *: delta_mx i 0) 0 0 = v 0 0 + t * (i == 0)%:R /\ (v + t *: delta_mx i 0) 1 0 = v 1 0 + t * (i == 1)%:R.
Proof. by rewrite !mxE !andbT ![_ == i]eq_sym. Qed.
Lemma partial_plane F v (i : 'I_2) a b0 b1 b2 :
  (forall t, F (v 0 0 + t * (i == 0)%:R) (v 1 0 + t * (i == 1)%:R) = F (v 0 0) (v 1 0) + t * (a + t * (b0 + t * (b1 + t * b2)))) ->
  partial (fun y => F (y 0 0) (y 1 0)) v i a.
Proof.
move=> h; apply: (@deriv_poly _ _ _ b0 b1 b2) => t.
have [-> ->] := coordinates v t i; have [-> ->] := coordinates v 0 i.
by rewrite !mul0r !addr0 h.
Qed.
End Plane.

Theorem entropic_loss_no_second_order_potential : entropic_loss_no_second_order_potential_statement.
Proof.
split=> [R n l g H T Q x d4|R X Y g H T Q d4 v a b u w dA dB].
  by exists (jacobian g H T Q x); split=> [i m|i m]; [apply: jacobianP d4 i m | apply: curl d4 i m].
have -> : a - b = 1 / 6%:R * \sum_k (H 0 k v * contraction g T k 1 v - contraction g T 0 k v * H k 1 v).
  rewrite -(curl v d4) (partial_uniq dA (jacobianP v d4 0 1)) (partial_uniq dB (jacobianP v d4 1 0)).
  by [].
have ord2 (i : 'I_2) : i = 0 \/ i = 1.
  by case: i => [[|[|k]] hk] //; [left | right]; apply: ord_inj.
pose r u w : R := u * w * X - Y.
have g0 y : g 0 y = 2 * r (y 0 0) (y 1 0) * X * y 1 0.
  apply: partial_uniq (first_derivative d4 y 0) _.
  apply: (@partial_plane _ (fun u w => (u * w * X - Y) ^+ 2) y 0 _ (X ^+ 2 * y 1 0 ^+ 2) 0 0) => t.
  by rewrite /r /=; move: (y 0 0) (y 1 0) => p q; ring.
have g1 y : g 1 y = 2 * r (y 0 0) (y 1 0) * X * y 0 0.
  apply: partial_uniq (first_derivative d4 y 1) _.
  apply: (@partial_plane _ (fun u w => (u * w * X - Y) ^+ 2) y 1 _ (X ^+ 2 * y 0 0 ^+ 2) 0 0) => t.
  by rewrite /r /=; move: (y 0 0) (y 1 0) => p q; ring.
have ext (f : 'cV[R]_2 -> R) (F : R -> R -> R) y i c : (forall z, f z = F (z 0 0) (z 1 0)) ->
    partial (fun z => F (z 0 0) (z 1 0)) y i c -> partial f y i c.
  by move=> h; apply: deriv_ext; apply: smallT => t; rewrite h.
have H00 y : H 0 0 y = 2 * X ^+ 2 * y 1 0 ^+ 2.
  apply: partial_uniq (second_derivative d4 y 0 0) _; apply: (ext _ (fun u w => 2 * r u w * X * w)) => //.
  apply: (@partial_plane _ (fun u w => 2 * r u w * X * w) y 0 _ 0 0 0) => t.
  by rewrite /r /=; move: (y 0 0) (y 1 0) => p q; ring.
have H01 y : H 0 1 y = 2 * X ^+ 2 * y 0 0 * y 1 0 + 2 * r (y 0 0) (y 1 0) * X.
  apply: partial_uniq (second_derivative d4 y 0 1) _; apply: (ext _ (fun u w => 2 * r u w * X * w)) => //.
  apply: (@partial_plane _ (fun u w => 2 * r u w * X * w) y 1 _ (2 * X ^+ 2 * y 0 0) 0 0) => t.
  by rewrite /r /=; move: (y 0 0) (y 1 0) => p q; ring.
have H11 y : H 1 1 y = 2 * X ^+ 2 * y 0 0 ^+ 2.
  apply: partial_uniq (second_derivative d4 y 1 1) _; apply: (ext _ (fun u w => 2 * r u w * X * u)) => //.
  apply: (@partial_plane _ (fun u w => 2 * r u w * X * u) y 1 _ 0 0 0) => t.
  by rewrite /r /=; move: (y 0 0) (y 1 0) => p q; ring.
have T000 y : T 0 0 0 y = 0.
  apply: partial_uniq (third_derivative d4 y 0 0 0) _; apply: (ext _ (fun u w => 2 * X ^+ 2 * w ^+ 2)) => //.
  apply: (@partial_plane _ (fun u w => 2 * X ^+ 2 * w ^+ 2) y 0 _ 0 0 0) => t.
  by rewrite /=; move: (y 0 0) (y 1 0) => p q; ring.
have T001 y : T 0 0 1 y = 4%:R * X ^+ 2 * y 1 0.
  apply: partial_uniq (third_derivative d4 y 0 0 1) _; apply: (ext _ (fun u w => 2 * X ^+ 2 * w ^+ 2)) => //.
  apply: (@partial_plane _ (fun u w => 2 * X ^+ 2 * w ^+ 2) y 1 _ (2 * X ^+ 2) 0 0) => t.
  by rewrite /=; move: (y 0 0) (y 1 0) => p q; ring.
have T110 y : T 1 1 0 y = 4%:R * X ^+ 2 * y 0 0.
  apply: partial_uniq (third_derivative d4 y 1 1 0) _; apply: (ext _ (fun u w => 2 * X ^+ 2 * u ^+ 2)) => //.
  apply: (@partial_plane _ (fun u w => 2 * X ^+ 2 * u ^+ 2) y 0 _ (2 * X ^+ 2) 0 0) => t.
  by rewrite /=; move: (y 0 0) (y 1 0) => p q; ring.
have T111 y : T 1 1 1 y = 0.
  apply: partial_uniq (third_derivative d4 y 1 1 1) _; apply: (ext _ (fun u w => 2 * X ^+ 2 * u ^+ 2)) => //.
  apply: (@partial_plane _ (fun u w => 2 * X ^+ 2 * u ^+ 2) y 1 _ 0 0 0) => t.
  by rewrite /=; move: (y 0 0) (y 1 0) => p q; ring.
have T010 y : T 0 1 0 y = T 0 0 1 y by have [_ ->] := third_sym d4 y 0 1 0.
have T011 y : T 0 1 1 y = T 1 1 0 y.
  by have [-> _] := third_sym d4 y 0 1 1; have [_ ->] := third_sym d4 y 1 0 1.
have sum2 (f : 'I_2 -> R) : \sum_i f i = f 0 + f 1.
  by rewrite big_ord_recl big_ord1; congr (_ + f _); apply: ord_inj.
have value : 1 / 6%:R * (\sum_k (H 0 k v * contraction g T k 1 v - contraction g T 0 k v * H k 1 v))
   = - (8%:R / 3%:R) * X ^+ 5 * (u ^+ 4 - w ^+ 4) * (u * w * X - Y).
  have G01 : contraction g T 0 1 v = T 0 0 1 v * g 0 v + T 1 1 0 v * g 1 v by rewrite /contraction sum2 T010 T011.
  have G11 : contraction g T 1 1 v = T 1 1 0 v * g 0 v + T 1 1 1 v * g 1 v by rewrite /contraction sum2.
  have G00 : contraction g T 0 0 v = T 0 0 0 v * g 0 v + T 0 0 1 v * g 1 v by rewrite /contraction sum2.
  rewrite sum2 G01 G11 G00 T000 T001 T110 T111 H00 H01 H11 g0 g1 -/u -/w /r.
  by move: u w => p q; field.
rewrite value; split=> //; split=> [/eqP|].
  have c0 : 8%:R / 3%:R != 0 :> R by rewrite mulf_neq0 ?invr_eq0 ?pnatr_eq0.
  rewrite mulf_eq0 => /orP[|]; last by rewrite subr_eq0 => /eqP; constructor 3.
  rewrite mulf_eq0 => /orP[|e].
  - by rewrite mulf_eq0 oppr_eq0 (negPf c0) /= expf_eq0 /= => /eqP; constructor 2.
  - have e1 : (u ^+ 2 - w ^+ 2) * (u ^+ 2 + w ^+ 2) = 0 by rewrite -(eqP e); ring.
    constructor 1; move/eqP: e1; rewrite mulf_eq0 => /orP[|]; first by rewrite subr_eq0 => /eqP.
    by rewrite paddr_eq0 ?sqr_ge0 // => /andP[/eqP -> /eqP ->].
case=> [e|e|e].
- rewrite (_ : u ^+ 4 - w ^+ 4 = (u ^+ 2 - w ^+ 2) * (u ^+ 2 + w ^+ 2)); last by ring.
  by rewrite e subrr mul0r mulr0 mul0r.
- by rewrite e expr0n /= mulr0 !mul0r.
by rewrite e subrr mulr0.
Qed.
